ALTER TABLE organizations
    ADD COLUMN region text NOT NULL DEFAULT 'commercial' CHECK (region IN ('commercial', 'government')),
    -- The default of domain/configuration.py; organisations that are there get it, too.
    ADD COLUMN blocked_extensions text[] NOT NULL DEFAULT
    '{apk,app,appx,bat,chm,cmd,com,cpl,dex,dll,elf,exe,gadget,hta,inf,ins,iso,jar,js,jse,lnk,msc,msi,msix,msp,ps1,psm1,reg,scr,sct,sh,sys,url,vb,vbe,vbs,wsc,wsf,wsh,xll}';
